import { listMicrophones } from "@metered/llmrtc-web-client";
import { element } from "./elements.ts";

/** The choice of microphone. Names appear once the page may use one. */
export class MicrophoneChoice {
  readonly #select = element("microphone", HTMLSelectElement);

  constructor(onChoice: (deviceId: string) => void) {
    this.#select.addEventListener("change", () => {
      onChoice(this.#select.value);
    });
  }

  /** Empty for the system's default. */
  get deviceId(): string {
    return this.#select.value;
  }

  /** @param current the microphone in use, where known */
  async refresh(current?: string): Promise<void> {
    const chosen = current ?? this.#select.value;
    const microphones = (await listMicrophones()).filter(
      ({ deviceId, label }) => label && deviceId && deviceId !== "default",
    );
    const options = microphones.map(({ deviceId, label }) => new Option(label, deviceId));
    this.#select.replaceChildren(new Option("System default", ""), ...options);
    this.#select.value = options.some(({ value }) => value === chosen) ? chosen : "";
  }
}
