type Space = ' ' | '\t' | '\r'

/** Text without the space before it; four blanks at a time, because definitions align their colons. */
export type TrimStart<S extends string> = S extends `    ${infer R}`
  ? TrimStart<R>
  : S extends `${Space}${infer R}`
    ? TrimStart<R>
    : S

/** Text without the space after it. */
export type TrimEnd<S extends string> = S extends `${infer R}    `
  ? TrimEnd<R>
  : S extends `${infer R}${Space}`
    ? TrimEnd<R>
    : S

/** Text without the space around it. */
export type Trim<S extends string> = TrimStart<TrimEnd<S>>

/** A compile-time message: appears where a definition cannot be read. */
export interface Problem<Message extends string> {
  readonly '~problem': Message
}
