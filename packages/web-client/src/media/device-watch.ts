/** Tells when microphones or speakers are plugged or unplugged, while somebody wants to know. */
export class DeviceWatch {
  readonly #changed: () => void;
  #devices: MediaDevices | undefined;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  watch(wanted: boolean): void {
    this.#devices?.removeEventListener("devicechange", this.#changed);
    this.#devices = wanted ? navigator.mediaDevices : undefined;
    this.#devices?.addEventListener("devicechange", this.#changed);
  }
}
