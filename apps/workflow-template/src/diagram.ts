import { writeFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { formatDot, formatMermaid, formatSvg } from '@neurojoint/core'
import { pipeline } from './pipeline.ts'

/** Prints the pipeline as Mermaid text, or writes it to a file by that one's ending; returns the exit code. */
export async function showDiagram(path: string | undefined): Promise<number> {
  if (path === undefined) {
    process.stdout.write(formatMermaid(pipeline))
    return 0
  }
  const formats = { '.svg': formatSvg, '.dot': formatDot, '.mmd': formatMermaid } as const
  const format = Object.entries(formats).find(([ending]) => ending === extname(path))?.[1]
  if (!format) {
    console.error(`No diagram is written as ${path}. Name a file that ends in ${Object.keys(formats).join(', ')}.`)
    return 2
  }
  await writeFile(path, await format(pipeline))
  console.log(`The diagram is in ${path}.`)
  return 0
}
