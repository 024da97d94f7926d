/** This process's platform as the platform packages spell it, such as `linux-x64-gnu`. */
export const platform = [process.platform, process.arch, ...libc()].join('-')

/** The file name of the binding for this platform. */
export const bindingFile = `native-dsp.${platform}.node`

function libc(): string[] {
  if (process.platform !== 'linux') return []
  const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } } // typed as `object`
  return [header?.glibcVersionRuntime ? 'gnu' : 'musl']
}
