/** The only arrows allowed between packages; ARCHITECTURE in docs says why. */
const only = (name, from, allowed) => ({
  name,
  severity: "error",
  from: { path: `^${from}/(src|bin)` },
  to: {
    path: "^(packages|providers|playground|e2e|bench|examples)/",
    pathNot: [`^${from}/`, ...allowed.map((a) => `^packages/${a}/`)],
  },
});

module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "every-import-resolves",
      comment: "an arrow that does not resolve would not be held",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    only("core-imports-nothing", "packages/core", []),
    only("onnx-imports-core", "packages/onnx", ["core"]),
    only("provider-kit-imports-core", "packages/provider-kit", ["core"]),
    only("web-client-imports-core", "packages/web-client", ["core"]),
    only("testing-imports-core", "packages/testing", ["core"]),
    only("embedded-imports-onnx", "providers/embedded", ["core", "onnx"]),
    only("vendors-import-kit", "providers/(?!embedded/)([^/]+)", ["core", "provider-kit"]),
    only("playground-imports-web-client", "playground", ["core", "web-client"]),
    {
      name: "providers-are-strangers",
      severity: "error",
      from: { path: "^providers/([^/]+)/" },
      to: { path: "^providers/", pathNot: "^providers/$1/" },
    },
    {
      name: "nothing-imports-backend",
      severity: "error",
      from: { path: "^(packages|providers|playground)/", pathNot: "^packages/backend/" },
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
    // Package names resolve to sources, so that an arrow is seen before anything is built.
    tsConfig: { fileName: "tsconfig.depcruise.json" },
    combinedDependencies: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "types", "node", "default"],
    },
  },
};
