import { addressKind, type AddressKind } from "./address-kind.ts";

const widths: Readonly<Record<AddressKind, number>> = {
  loopback: 0,
  "link-local": 1,
  private: 1,
  public: 2,
};

/**
 * Whether a caller may well reach an address of ours: one who has come over the internet is hardly in our
 * own network. An exception is a server whose signalling goes through a tunnel or proxy.
 *
 * @param caller the address it came from; undefined when that is not known
 */
export function mayReach(caller: string | undefined, host: string): boolean {
  const from = caller === undefined ? "private" : addressKind(caller);
  return widths[addressKind(host)] >= widths[from];
}
