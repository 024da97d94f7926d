/** Rows as columns of text: numbers to the right, the rest to the left. */
export function formatTable(rows: readonly Readonly<Record<string, string | number>>[]): string {
  const [first] = rows
  if (!first) return '(no rows)'
  const names = Object.keys(first)
  const widths = names.map((name) => Math.max(name.length, ...rows.map((row) => String(row[name] ?? '').length)))
  const line = (cells: readonly (string | number)[]): string =>
    cells
      .map((cell, index) =>
        typeof cell === 'number' ? String(cell).padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0),
      )
      .join('  ')
      .trimEnd()
  const header = names.map((name, index) =>
    typeof first[name] === 'number' ? name.padStart(widths[index] ?? 0) : name,
  )
  return [line(header), ...rows.map((row) => line(names.map((name) => row[name] ?? '')))].join('\n')
}
