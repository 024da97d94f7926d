import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { ChecksumError } from './errors.ts'
import { runProgram } from './program.ts'
import type { ArtifactSource } from './server-source.ts'

/**
 * Fetches an artifact with the machine's `mvn`, from the repository that it is set up with, and unpacks the archive in it
 * into `root`. Throws `program-failed` or `checksum`.
 */
export async function fetchArtifact(
  { artifact, entry, sha256 }: ArtifactSource,
  folders: { readonly work: string; readonly root: string },
  signal?: AbortSignal,
): Promise<void> {
  const { work, root } = folders
  await mkdir(work, { recursive: true })
  await mkdir(root, { recursive: true })
  await runProgram(
    'mvn',
    [
      '--batch-mode',
      '--quiet',
      'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:unpack',
      `-Dartifact=${artifact}`,
      `-DoutputDirectory=${work}`,
      `-Dmdep.unpack.includes=${entry}`,
    ],
    // it writes notes of what it unpacked below the folder that it runs in
    { signal, cwd: work },
  )
  const archive = join(work, entry)
  const hash = createHash('sha256')
  await pipeline(createReadStream(archive), hash, { signal })
  const found = hash.digest('hex')
  if (found !== sha256) throw new ChecksumError(`${entry} of ${artifact}`, sha256, found)
  await runProgram('tar', ['--extract', '--gzip', `--file=${archive}`, `--directory=${root}`], { signal })
  await rm(archive)
}
