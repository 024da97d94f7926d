import type { Recording } from '@neurojoint/formats/recording'
import type { Resolution } from '../chain/resolve.ts'
import { appliedByName } from './applied.ts'
import type { SideFile } from './describe.ts'
import type { Findings } from './findings.ts'
import { provenancePath } from './side-paths.ts'
import { within, type Target } from './target.ts'

/**
 * Everything that tells how a result was made: chain, plan with all that was measured for it, sources, and findings. An entry
 * stands on a line of its own.
 */
export function provenanceFile(
  recording: Recording,
  target: Target,
  resolution: Resolution,
  findings: Findings,
  implementation: string,
): SideFile {
  const { chain, skipped, badChannels, silent, plan } = resolution
  const { noiseLevels, rms, masked, peaks, frames } = findings
  const entries = {
    format: 'neurojoint-preprocessing',
    version: 1,
    by: appliedByName,
    implementation,
    createdAt: new Date().toISOString(),
    source: {
      format: recording.format ?? null,
      files: recording.files?.map(({ path }) => path) ?? [],
      samplingRate: recording.samplingRate,
      channels: recording.channels.map(({ name }) => name),
      frames: recording.segments.map((segment) => segment.frames),
      applied: recording.applied ?? [],
    },
    target: {
      files: target.files.map(({ binPath }) => within(target.folder, binPath)),
      lfFiles: target.files.flatMap(({ lfPath }) => (lfPath === null ? [] : [within(target.folder, lfPath)])),
      channels: target.channels,
      extent: target.extent,
    },
    chain,
    skipped,
    badChannels,
    silent,
    findings: {
      frames,
      masked,
      noiseLevels: noiseLevels && Array.from(noiseLevels),
      rms: rms && Array.from(rms),
      peaks: peaks?.sampleIndex.length ?? null,
    },
    plan,
  }
  const lines = Object.entries(entries).map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`)
  return { path: provenancePath(target), content: `{\n${lines.join(',\n')}\n}\n` }
}
