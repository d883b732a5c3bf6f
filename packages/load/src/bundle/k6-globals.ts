/**
 * What k6 has without an import and `@types/k6` leaves to the types of a browser, which k6 is none of. Declared so that
 * it goes with these, should a script bring them.
 */
export const k6Globals = `
interface Console {
  debug(...data: any[]): void;
  error(...data: any[]): void;
  info(...data: any[]): void;
  log(...data: any[]): void;
  warn(...data: any[]): void;
}
declare var console: Console;
declare function setTimeout(callback: (...given: any[]) => void, ms?: number, ...given: any[]): number;
declare function clearTimeout(id: number | undefined): void;
declare function setInterval(callback: (...given: any[]) => void, ms?: number, ...given: any[]): number;
declare function clearInterval(id: number | undefined): void;
interface SubtleCrypto {
  [operation: string]: (...given: any[]) => Promise<any>;
}
interface Crypto {
  getRandomValues<Filled>(array: Filled): Filled;
  randomUUID(): string;
  readonly subtle: SubtleCrypto;
}
declare var crypto: Crypto;
interface TextEncoder {
  encode(text?: string): Uint8Array;
}
declare var TextEncoder: { new (): TextEncoder };
interface TextDecoder {
  decode(bytes?: ArrayBufferLike | ArrayBufferView): string;
}
declare var TextDecoder: { new (label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean }): TextDecoder };
`;
