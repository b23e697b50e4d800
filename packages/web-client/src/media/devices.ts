/** A microphone or speaker. Labels are empty until the page may use a microphone. */
export interface AudioDevice {
  readonly deviceId: string;
  readonly label: string;
}

/** The microphones that the browser knows; empty where it cannot say. */
export function listMicrophones(): Promise<AudioDevice[]> {
  return list("audioinput");
}

/** The speakers to choose from; empty where the browser cannot switch (Safari, some phones). */
export function listSpeakers(): Promise<AudioDevice[]> {
  return "setSinkId" in HTMLMediaElement.prototype ? list("audiooutput") : Promise.resolve([]);
}

async function list(kind: MediaDeviceKind): Promise<AudioDevice[]> {
  // Absent on pages without a secure context, whatever the DOM types say.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  const all = (await devices?.enumerateDevices()) ?? [];
  return all
    .filter((device) => device.kind === kind)
    .map(({ deviceId, label }) => ({ deviceId, label }));
}
