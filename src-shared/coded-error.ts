/**
 * The one error shape of the product: a stable `code` for programs and a message that ends with the fix for people.
 * Codes that peers see are listed in docs/protocol.md.
 */
export class CodedError<Code extends string = string> extends Error {
  readonly code: Code;

  constructor(code: Code, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}
