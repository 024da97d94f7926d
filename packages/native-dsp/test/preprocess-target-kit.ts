import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { bytesOf } from '@neurojoint/arrays'
import { openRecording } from '@neurojoint/formats/recording'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Chain } from '../src/chain/steps.ts'
import type { Dsp } from '../src/dsp.ts'
import { preprocess } from '../src/preprocess/preprocess.ts'

const chain: Chain = { steps: [] }
const channels = Array.from({ length: 4 }, (_, index) => ({
  name: `CH${index}`,
  gain: 2,
  site: { shank: 0, x: 0, y: 20 * index },
}))

/** What files a result takes the place of. */
export function testPreprocessTargets(dsp: Dsp): void {
  let root = ''
  beforeAll(async () => void (root = await mkdtemp(join(tmpdir(), 'neurojoint-target-'))))
  afterAll(() => rm(root, { recursive: true }))

  /** A plain recording of 100 frames. */
  async function writeSource(folder: string, name: string): Promise<string> {
    await mkdir(join(root, folder))
    const path = join(root, folder, name)
    await writeFile(path, bytesOf(Int16Array.from({ length: 400 }, (_, at) => at)))
    const description = {
      format: 'neurojoint-int16',
      version: 1,
      samplingRate: 30_000,
      columns: 4,
      channels,
      files: [{ path: name, segments: [{ frames: 100 }] }],
    }
    await writeFile(path.replace(/\.[^.]+$/, '.json'), JSON.stringify(description))
    return path.replace(/\.[^.]+$/, '.json')
  }

  describe(`${dsp.implementation}: what a result takes the place of`, { timeout: 30_000 }, () => {
    test('is not the sidecar of its source, though the frames are in a file of another name', async () => {
      const sidecar = await writeSource('beside', 'a.dat')
      const before = await readFile(sidecar, 'utf8')
      for (const overwrite of [false, true])
        await expect(preprocess(sidecar, join(root, 'beside'), chain, { dsp, overwrite })).rejects.toMatchObject({
          code: 'target-is-source',
          path: sidecar,
        })
      expect(await readFile(sidecar, 'utf8')).toBe(before)
      expect((await readdir(join(root, 'beside'))).toSorted()).toEqual(['a.dat', 'a.json'])
    })

    test('is not its source by another name of the folder', async () => {
      const sidecar = await writeSource('linked', 'a.bin')
      await symlink(join(root, 'linked'), join(root, 'link'))
      const running = preprocess(sidecar, join(root, 'link'), chain, { dsp, overwrite: true })
      await expect(running).rejects.toMatchObject({ code: 'target-is-source' })
    })

    test('is no file beside the frames that is there already, unless told so', async () => {
      const sidecar = await writeSource('kept', 'a.bin')
      const target = join(root, 'kept-out')
      const outputs = { peaks: {}, driftRaster: true, saturation: true }
      const { files } = await preprocess(sidecar, target, chain, { dsp, outputs })
      for (const path of files) {
        for (const other of files) await rm(other, { force: true })
        await writeFile(path, 'of somebody')
        await expect(preprocess(sidecar, target, chain, { dsp, outputs })).rejects.toMatchObject({
          code: 'target-exists',
          path,
        })
        expect(await readdir(target)).toEqual([basename(path)])
      }
      await preprocess(sidecar, target, chain, { dsp, outputs, overwrite: true })
    })

    test('has no peaks among neighbours that nobody knows', async () => {
      const sidecar = await writeSource('somewhere', 'a.bin')
      const bare = (await readFile(sidecar, 'utf8')).replace(/,"site":\{[^}]*\}/g, '')
      await writeFile(sidecar, bare)
      for (const [peaks, parameter] of [
        [{ locateRadius: 75, radius: 0 }, 'outputs.peaks.locateRadius'],
        [{}, 'outputs.peaks.radius'],
      ] as const)
        await expect(preprocess(sidecar, null, chain, { dsp, outputs: { peaks } })).rejects.toMatchObject({
          code: 'invalid-parameter',
          parameter,
        })
      const { peaks } = await preprocess(sidecar, null, chain, { dsp, outputs: { peaks: { radius: 0 } } })
      expect(peaks?.location).toBeNull()
    })

    test('has a sidecar that its frames are opened by, and so its folder is', async () => {
      const sidecar = await writeSource('numbered', 'trial.1.bin')
      const { files } = await preprocess(sidecar, join(root, 'numbered-out'), chain, { dsp })
      expect(files.map((path) => basename(path)).slice(0, 2)).toEqual(['trial.1.bin', 'trial.1.json'])
      for (const path of [files[0] ?? '', join(root, 'numbered-out')]) {
        const result = await openRecording(path)
        expect(result.segments).toEqual([{ frames: 100, startSeconds: 0 }])
        await result.close()
      }
    })
  })
}
