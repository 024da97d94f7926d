import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { InvalidValueError } from '../errors.ts'

/** A table of clusters, and the column of it that has labels. */
interface LabelSource {
  readonly file: string
  readonly column: string
}

/** A person's labels before the program's. Kilosort 4 writes its own into `cluster_group.tsv`, under the name `KSLabel`. */
const sources: readonly LabelSource[] = [
  { file: 'cluster_group.tsv', column: 'group' },
  { file: 'cluster_group.csv', column: 'group' },
  { file: 'cluster_groups.csv', column: 'group' },
  { file: 'cluster_KSLabel.tsv', column: 'KSLabel' },
  { file: 'cluster_KSLabel.csv', column: 'KSLabel' },
  { file: 'cluster_group.tsv', column: 'KSLabel' },
]

/** What early Phy wrote for a label. */
const codes: Readonly<Record<string, string>> = { '0': 'noise', '1': 'mua', '2': 'good', '3': 'unsorted' }

/** Labels by cluster, from the first file that has some; a cluster without one is not in it. */
export async function readClusterLabels(
  folder: string,
  files: ReadonlySet<string>,
): Promise<ReadonlyMap<number, string>> {
  for (const { file, column } of sources) {
    if (!files.has(file)) continue
    const path = join(folder, file)
    const labels = parseClusterLabels(await readFile(path, 'utf8'), path, column)
    if (labels) return labels
  }
  return new Map()
}

/** Reads one column of a table of clusters; null if it has no such column. Throws `invalid-value`. */
export function parseClusterLabels(text: string, path: string, column: string): ReadonlyMap<number, string> | null {
  const [header = '', ...lines] = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  const separator = header.includes('\t') ? '\t' : ','
  const names = header.split(separator)
  const position = names.indexOf(column)
  if (position < 0) return null
  const idPosition = Math.max(
    0,
    names.findIndex((name) => name === 'cluster_id' || name === 'id'),
  )
  const labels = new Map<number, string>()
  for (const line of lines.filter((candidate) => candidate.trim() !== '')) {
    const fields = line.split(separator)
    const id = fields[idPosition] ?? ''
    if (!/^\d+$/.test(id)) throw new InvalidValueError(path, 'cluster_id', id, 'the number of a cluster')
    const label = fields[position]?.trim() ?? ''
    if (label !== '') labels.set(Number(id), codes[label] ?? label)
  }
  return labels
}
