import { basename, dirname } from 'node:path'
import type { Recording } from '@neurojoint/formats/recording'
import { readSpikeGlxMeta } from '@neurojoint/formats/spikeglx'
import { InvalidParameterError } from '../errors.ts'

/** Refuses, before anything is computed, to take an LF band from a recording whose low frequencies are elsewhere or gone. */
export async function requireFullBand(recording: Recording): Promise<void> {
  const reason = await reasonAgainst(recording)
  if (reason === null) return
  throw new InvalidParameterError('outputs.lf', true, `false: ${reason}`)
}

async function reasonAgainst({ format, files = [], applied = [] }: Recording): Promise<string | null> {
  const filter = applied.find(
    ({ step }) => step === 'high-pass' || step === 'band-pass' || step === 'catgt-butterworth',
  )
  if (filter) return `the low frequencies of this recording are gone (${filter.by}: ${filter.step})`
  for (const { path } of files) {
    if (format === 'openephys' && /-(AP|LFP)$/.test(basename(dirname(path))))
      return 'its probe has the LF band in a stream of its own'
    if (format !== 'spikeglx') continue
    const { probe, stream } = await readSpikeGlxMeta(path.replace(/\.bin$/, '.meta'))
    if (!probe || stream !== 'ap') return `${path} is not the recording of a probe, or is its LF band`
    if (probe.type.lfSamplingRate !== null)
      return `the probe ${probe.partNumber} records its LF band in a file of its own`
  }
  return null
}
