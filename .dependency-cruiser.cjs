/** The only arrows allowed between packages; ARCHITECTURE in docs says why. */
const only = (name, from, allowed) => ({
  name,
  severity: "error",
  from: { path: `^${from}/src` },
  to: {
    path: "^(packages|providers)/",
    pathNot: [`^${from}/`, ...allowed.map((a) => `^packages/${a}/`)],
  },
});

module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    only("core-imports-nothing", "packages/core", []),
    only("onnx-imports-core", "packages/onnx", ["core"]),
    only("provider-kit-imports-core", "packages/provider-kit", ["core"]),
    only("web-client-imports-core", "packages/web-client", ["core"]),
    only("testing-imports-core", "packages/testing", ["core"]),
    only("embedded-imports-onnx", "providers/embedded", ["core", "onnx"]),
    ...["openai", "lmstudio", "local"].map((name) =>
      only(`${name}-imports-kit`, `providers/${name}`, ["core", "provider-kit"]),
    ),
    {
      name: "nothing-imports-backend",
      severity: "error",
      from: { path: "^(packages|providers)/", pathNot: "^packages/backend/" },
      to: { path: "^packages/backend/" },
    },
    {
      name: "testing-only-from-tests",
      severity: "error",
      from: { path: "/src/", pathNot: "^packages/testing/" },
      to: { path: "^packages/testing/" },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules|/dist/" },
    exclude: { path: "/test/|/dist/" },
    tsConfig: { fileName: "tsconfig.base.json" },
    combinedDependencies: true,
  },
};
