/** The sidecars among the names of a folder: those of data that lie beside them, without LF bands that lie beside their full band. */
export function plainSidecars(names: readonly string[]): readonly string[] {
  const data = names.flatMap((name) => /^(.+)\.(?:bin|dat|raw|i16|int16)$/.exec(name)?.[1] ?? [])
  // several files that one sidecar describes are numbered
  const described = new Set([...data, ...data.map((stem) => stem.replace(/\.\d+$/, ''))])
  const stems = names.flatMap((name) => (name.endsWith('.json') ? [name.slice(0, -'.json'.length)] : []))
  const found = stems.filter((stem) => described.has(stem))
  return found.filter((stem) => !found.some((other) => stem === `${other}.lf`)).map((stem) => `${stem}.json`)
}
