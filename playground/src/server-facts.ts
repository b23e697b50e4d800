import { element } from "./elements.ts";

interface ServerFacts {
  readonly providers: { readonly llm: string; readonly stt: string; readonly tts: string };
}

const demoBrain = "demo-brain";

/** Shows which providers the server runs, and says so where its brain is only a demo. */
export async function showServerFacts(): Promise<void> {
  const response = await fetch("playground.json");
  if (!response.ok) return;
  const { providers } = (await response.json()) as ServerFacts;
  const isDemo = providers.llm === demoBrain;
  fact("Brain", isDemo ? "Demo brain (rules, not a language model)" : providers.llm);
  fact("Hearing", providers.stt);
  fact("Voice", providers.tts);
  element("demo", HTMLElement).hidden = !isDemo;
}

/** Adds a line to the list of facts, or changes it. */
export function fact(name: string, value: string): void {
  const list = element("facts", HTMLElement);
  const known = [...list.querySelectorAll("dt")].find(({ textContent }) => textContent === name);
  if (known?.nextElementSibling) {
    known.nextElementSibling.textContent = value;
    return;
  }
  const term = document.createElement("dt");
  term.textContent = name;
  const description = document.createElement("dd");
  description.textContent = value;
  list.append(term, description);
}
