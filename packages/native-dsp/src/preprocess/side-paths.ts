import { basename, join } from 'node:path'
import type { Recording } from '@neurojoint/formats/recording'
import type { CompleteOutputs } from './choices.ts'
import type { Target } from './target.ts'

/** Of a SpikeGLX file. */
export const metaPath = (binPath: string): string => binPath.replace(/\.bin$/, '.meta')

/** The sidecar of all plain files of a target, or of all those of its LF band: the name of the first file, without its number. */
export function sidecarPath({ folder, stem, files }: Target, band: 'frames' | 'lf'): string {
  const path = band === 'frames' ? files[0]?.binPath : files[0]?.lfPath
  const name = path ? basename(path, '.bin') : stem
  return join(folder, `${files.length > 1 ? name.replace(/\.1(?=$|\.lf$)/, '') : name}.json`)
}

/** The arrays that peaks are written as. */
export type PeakArray = 'segment' | 'sample_index' | 'channel' | 'amplitude' | 'location'

export const peaksPath = ({ folder, stem }: Target, array: PeakArray): string =>
  join(folder, `${stem}.peaks.${array}.npy`)

export const driftRasterPath = ({ folder, stem }: Target): string => join(folder, `${stem}.drift_raster.npy`)

export const maskedPath = ({ folder, stem }: Target): string => join(folder, `${stem}.masked.npy`)

export const provenancePath = ({ folder, stem }: Target): string => join(folder, `${stem}.preprocessing.json`)

/** Every file that will be written beside the frames. */
export function sidePaths({ format }: Recording, target: Target, outputs: CompleteOutputs): readonly string[] {
  const { peaks, driftRaster, saturation } = outputs
  const lfPaths = target.files.flatMap(({ lfPath }) => (lfPath === null ? [] : [lfPath]))
  const descriptions =
    format === 'spikeglx'
      ? [...target.files.map(({ binPath }) => binPath), ...lfPaths].map(metaPath)
      : [sidecarPath(target, 'frames'), ...(lfPaths.length > 0 ? [sidecarPath(target, 'lf')] : [])]
  const arrays: readonly PeakArray[] = [
    ...(peaks ? (['segment', 'sample_index', 'channel', 'amplitude'] as const) : []),
    ...(peaks?.locateRadius ? (['location'] as const) : []),
  ]
  return [
    ...descriptions,
    ...arrays.map((array) => peaksPath(target, array)),
    ...(peaks && driftRaster ? [driftRasterPath(target)] : []),
    ...(saturation ? [maskedPath(target)] : []),
    provenancePath(target),
  ]
}
