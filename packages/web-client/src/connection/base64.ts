/** Small enough for the argument list of a function in every browser. */
const step = 0x8000;

export function base64FromBytes(data: ArrayBuffer): string {
  const bytes = new Uint8Array(data);
  let binary = "";
  for (let at = 0; at < bytes.length; at += step) {
    binary += String.fromCharCode(...bytes.subarray(at, at + step));
  }
  return btoa(binary);
}

/** @throws {DOMException} `InvalidCharacterError` */
export function bytesFromBase64(text: string): ArrayBuffer {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0)).buffer;
}
