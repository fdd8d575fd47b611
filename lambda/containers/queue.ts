/** A message that was received and is hidden from others for a while. */
export interface Message {
  readonly messageId: string;
  readonly body: string;
  /** What this receipt of the message is known by. */
  readonly receipt: string;
  /** Messages of a group are received one after the other. */
  readonly group: string | undefined;
  /** How often it was received, this time included. */
  readonly receiveCount: number;
}

/** A queue that delivers at least once, one message at a time. */
export interface Queue {
  /** Waits for a message, up to twenty seconds. */
  receive(signal: AbortSignal): Promise<Message | undefined>;
  /** It is done. */
  delete(message: Message): Promise<void>;
  /** Hides it for so many seconds from now; 0 gives it to others at once. */
  hide(message: Message, seconds: number): Promise<void>;
}
