/** This process's platform as the platform packages spell it, such as `linux-x64-gnu`. */
export const platform = [process.platform, process.arch, ...libc()].join('-')

/** The file name of the binding for this platform. */
export const bindingFile = `native-dsp.${platform}.node`

function libc(): string[] {
  if (process.platform !== 'linux') return []
  const report: NodeJS.ProcessReport & { excludeNetwork?: boolean } = process.report // @types/node does not have it yet
  const { excludeNetwork } = report
  // else the report asks name servers for the peer of every open socket, and nothing goes on meanwhile
  report.excludeNetwork = true
  const { header } = report.getReport() as { header?: { glibcVersionRuntime?: string } } // typed as `object`
  report.excludeNetwork = excludeNetwork ?? false
  return [header?.glibcVersionRuntime ? 'gnu' : 'musl']
}
