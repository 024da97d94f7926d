import { join } from 'node:path'
import { openNpy, readNpy, toFloat64Array } from '@neurojoint/arrays'
import { ContradictionError } from '../errors.ts'
import type { KilosortOutput } from './output.ts'

/** How large each template is at each site: the largest absolute value of its waveform there. */
export interface TemplateSizes {
  readonly templates: number
  readonly sites: number
  /** Template-major. */
  readonly sizes: Float64Array
}

const indexFiles = ['templates_ind.npy', 'template_ind.npy']

/** Values of `templates.npy` that are read at once. */
const blockValues = 2 ** 22

/** Goes through `templates.npy` in blocks of templates. Throws `contradiction`, and what `openNpy` throws. */
export async function readTemplateSizes(
  output: KilosortOutput,
  options: { readonly signal?: AbortSignal } = {},
): Promise<TemplateSizes> {
  const path = join(output.folder, 'templates.npy')
  const file = await openNpy(path)
  try {
    const [templates = 0, samples = 0, columns = 0] = file.shape
    const sites = output.sites.length
    const siteOf = await readTemplateSites(output, templates, columns)
    const highest = output.spikeTemplates.reduce((most, template) => Math.max(most, template), -1)
    if (file.shape.length !== 3 || highest >= templates)
      throw new ContradictionError(
        path,
        `shape (${file.shape.join(', ')})`,
        `(templates, samples, channels) with more than ${highest} templates, as in spike_templates.npy`,
        'The files of this folder are not of one sort: sort or export again.',
      )
    const sizes = new Float64Array(templates * sites)
    const templatesPerBlock = Math.max(1, Math.floor(blockValues / (samples * columns)))
    for (let first = 0; first < templates; first += templatesPerBlock) {
      const end = Math.min(templates, first + templatesPerBlock)
      const waveforms = toFloat64Array(await file.read(first, end, options))
      for (let template = first; template < end; template++) {
        const start = (template - first) * samples * columns
        for (let column = 0; column < columns; column++) {
          const site = siteOf(template, column)
          // a sparse export fills unused columns with -1
          if (site < 0 || site >= sites) continue
          const at = template * sites + site
          for (let sample = 0; sample < samples; sample++) {
            const size = Math.abs(waveforms[start + sample * columns + column] ?? 0)
            if (size > (sizes[at] ?? 0)) sizes[at] = size
          }
        }
      }
    }
    return { templates, sites, sizes }
  } finally {
    await file.close()
  }
}

/** The site of each column of each template; columns are sites where no file says otherwise. */
async function readTemplateSites(output: KilosortOutput, templates: number, columns: number) {
  const file = indexFiles.find((name) => output.files.has(name))
  if (file === undefined) return (_: number, column: number) => column
  const path = join(output.folder, file)
  const array = await readNpy(path)
  if (array.shape[0] !== templates || array.shape[1] !== columns)
    throw new ContradictionError(
      path,
      `shape (${array.shape.join(', ')})`,
      `(${templates}, ${columns}), as in templates.npy`,
      'The files of this folder are not of one sort: sort or export again.',
    )
  const sites = toFloat64Array(array)
  return (template: number, column: number) => sites[template * columns + column] ?? -1
}

/** The site where a weighted sum of templates is largest; weights are spike counts by template. */
export function computePeakSite({ sites, sizes }: TemplateSizes, weights: ReadonlyMap<number, number>): number {
  const total = new Float64Array(sites)
  for (const [template, weight] of weights)
    for (let site = 0; site < sites; site++)
      total[site] = (total[site] ?? 0) + weight * (sizes[template * sites + site] ?? 0)
  return total.reduce((best, size, site) => (size > (total[best] ?? 0) ? site : best), 0)
}
