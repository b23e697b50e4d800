import type { ClientMessage, Feature } from "@metered/llmrtc-core";
import { LLMRTCClientError } from "../errors.ts";
import type { AttachmentPayload } from "../media/controllers.ts";
import type { Call } from "./call.ts";
import { ConnectionState } from "./state.ts";

/** Messages about a turn that go the fastest way there is, and only to servers with `turn-control`. */
type TurnMessage = Extract<ClientMessage, { readonly type: "turn" | "turn-detection" | "typing" }>;

/** What the application says to the server, when it may. */
export class Outbox {
  readonly #call: Call;

  constructor(call: Call) {
    this.#call = call;
  }

  /**
   * Part of the conversation.
   *
   * @throws {LLMRTCClientError} `INVALID_STATE` unless connected, `UNSUPPORTED_BY_SERVER` without `feature`
   */
  send(message: ClientMessage, feature?: Feature): void {
    if (feature) this.#need(feature);
    if (this.#call.state !== ConnectionState.CONNECTED || !this.#call.send(message)) this.#refuse();
  }

  /** What goes with the next utterance. */
  show(attachments: readonly AttachmentPayload[]): void {
    if (attachments.length === 0) return;
    this.#call.sendData({ type: "attachments", attachments: [...attachments] });
  }

  /** @throws {LLMRTCClientError} as `send` */
  turn(message: TurnMessage): void {
    this.#need("turn-control");
    if (!this.hint(message)) this.#refuse();
  }

  /** The same where it merely helps. */
  hint(message: TurnMessage): boolean {
    return this.#call.features.has("turn-control") && this.#call.sendData(message);
  }

  #need(feature: Feature): void {
    const { state, features } = this.#call;
    if (state !== ConnectionState.CONNECTED || features.has(feature)) return;
    throw new LLMRTCClientError("UNSUPPORTED_BY_SERVER", `The server does not know "${feature}".`);
  }

  #refuse(): never {
    const { state } = this.#call;
    throw new LLMRTCClientError("INVALID_STATE", `This does not fit the state ${state}.`);
  }
}
