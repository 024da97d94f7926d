const meanings: Readonly<Record<string, string>> = { n: '\n', r: '\r', 0: '\0', Z: '\u001a' }

/** Text that a server shows with a backslash before some of its characters; `apostrophe` is what such a one becomes. */
export const unescapeText = (text: string, apostrophe = "'"): string =>
  text.replaceAll(/\\(.)/gs, (_, character: string) =>
    character === "'" ? apostrophe : (meanings[character] ?? character),
  )
