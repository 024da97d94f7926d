/** The sidecars among the names of a folder: those of data that lie beside them, without LF bands that lie beside their full band. */
export function plainSidecars(names: readonly string[]): readonly string[] {
  const stems = names.flatMap((name) => (name.endsWith('.json') ? [name.slice(0, -'.json'.length)] : []))
  const data = names.flatMap((name) => /^(.+?)(?:\.\d+)?\.(?:bin|dat|raw|i16|int16)$/.exec(name)?.[1] ?? [])
  const described = stems.filter((stem) => data.includes(stem) || names.includes(`${stem}.bin`))
  const isExtra = (stem: string): boolean => described.some((other) => stem === `${other}.lf`)
  return described.filter((stem) => !isExtra(stem)).map((stem) => `${stem}.json`)
}
