import { classes, Message, methods, parseMessage } from "werift";
import { candidatePriority } from "./candidate-line.ts";
import type { Address } from "./route.ts";

/** User name fragment and password of one end (RFC 8445, 5.3). */
export interface IceCredentials {
  readonly ufrag: string;
  readonly password: string;
}

export type StunMessage = Message;

/** The other end always wins a conflict of roles: we control nobody. */
const lowestTieBreaker = 0n;
const magicCookie = 0x2112a442;

/** Tells STUN from DTLS, RTP and RTCP, which share the port (RFC 7983). */
export function isStun(data: Buffer): boolean {
  return (
    data.length >= 20 && (data.readUInt8(0) & 0xc0) === 0 && data.readUInt32BE(4) === magicCookie
  );
}

/** @returns undefined for what is broken or, given a password, not signed with it */
export function readStun(data: Buffer, password?: string): StunMessage | undefined {
  return parseMessage(data, password === undefined ? undefined : Buffer.from(password));
}

export function isBindingRequest({ messageMethod, messageClass }: StunMessage): boolean {
  return messageMethod === methods.BINDING && messageClass === classes.REQUEST;
}

export function isSuccess({ messageClass }: StunMessage): boolean {
  return messageClass === classes.RESPONSE;
}

export function isResponse({ messageClass }: StunMessage): boolean {
  return messageClass === classes.RESPONSE || messageClass === classes.ERROR;
}

export function nominates(message: StunMessage): boolean {
  return message.attributesKeys.includes("USE-CANDIDATE");
}

/** Both ends hold themselves for controlled. */
export function isRoleConflict(message: StunMessage): boolean {
  return message.attributesKeys.includes("ICE-CONTROLLED");
}

/** The user name fragment of the one that is asked: it comes first (RFC 8445, 7.2.2). */
export function askedUfrag(message: StunMessage): string | undefined {
  const name: unknown = message.getAttributeValue("USERNAME");
  return typeof name === "string" ? name.split(":")[0] : undefined;
}

export function mappedAddress(message: StunMessage): Address | undefined {
  const mapped: unknown = message.getAttributeValue("XOR-MAPPED-ADDRESS");
  return Array.isArray(mapped) ? [String(mapped[0]), Number(mapped[1])] : undefined;
}

/** A connectivity check of a controlled agent (RFC 8445, 7.1), which is one for consent too (RFC 7675). */
export function check(local: IceCredentials, remote: IceCredentials): StunMessage {
  return sign(
    new Message(methods.BINDING, classes.REQUEST)
      .setAttribute("USERNAME", `${remote.ufrag}:${local.ufrag}`)
      .setAttribute("PRIORITY", candidatePriority("prflx"))
      .setAttribute("ICE-CONTROLLED", lowestTieBreaker),
    remote,
  );
}

/** Asks a STUN server what address it sees. */
export function question(): StunMessage {
  return new Message(methods.BINDING, classes.REQUEST);
}

export function answer(request: StunMessage, from: Address, local: IceCredentials): StunMessage {
  const response = new Message(methods.BINDING, classes.RESPONSE, request.transactionId);
  return sign(response.setAttribute("XOR-MAPPED-ADDRESS", [...from]), local);
}

/** RFC 8445, 7.3.1.1: the other end is to control. */
export function roleConflict(request: StunMessage, local: IceCredentials): StunMessage {
  const response = new Message(methods.BINDING, classes.ERROR, request.transactionId);
  return sign(response.setAttribute("ERROR-CODE", [487, "Role Conflict"]), local);
}

function sign(message: StunMessage, { password }: IceCredentials): StunMessage {
  return message.addMessageIntegrity(Buffer.from(password)).addFingerprint();
}
