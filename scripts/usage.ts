/** Prints how a command is used and ends the process, where help is asked for. */
export function helpIfAsked(usage: string, [first, ...others]: readonly string[]): void {
  if (first !== 'help' && ![first, ...others].some((word) => word === '--help' || word === '-h')) return
  console.log(usage)
  process.exit(0)
}

/** Says what cannot be meant and how the command is used, and ends the process. */
export function refuse(complaint: string, usage: string): never {
  console.error(`${complaint}\n${usage}`)
  process.exit(2)
}
