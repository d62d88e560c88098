/** A fault that is not the server's, in words for the reader. */
export class PlainFault extends Error {
  constructor(readonly said: { title: string; detail?: string }) {
    super(said.title);
  }
}
