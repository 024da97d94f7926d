/**
 * Answers a command line that asks for help, or that cannot be meant, with the usage. Returns the exit code then, and null
 * for all others, also where no command is named. `words` says of each command how many words may follow it.
 */
export function answerUsage(
  usage: string,
  parameters: readonly string[],
  words: ReadonlyMap<string, number>,
): number | null {
  const [command, ...rest] = parameters
  if (command === undefined) return null
  if (parameters.some((word) => ['help', '--help', '-h'].includes(word))) {
    console.log(usage)
    return 0
  }
  const most = words.get(command)
  if (most !== undefined && rest.length <= most) return null
  console.error(`There is no \`${most === undefined ? command : rest[most]}\`.\n${usage}`)
  return 2
}
