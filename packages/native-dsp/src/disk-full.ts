/** As the operating systems number it: no room on the disk, or no more of one's share. */
const systemErrors = /\b(ENOSPC|EDQUOT)\b|\(os error (28|69|112|122)\)/

/** Whether an error of this package, or of Node, says that a file had no room. */
export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT') return true
  return error.code === 'file' && 'reason' in error && systemErrors.test(String(error.reason))
}
