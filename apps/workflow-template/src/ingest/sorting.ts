import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { type Database, insertParamSet } from '@neurojoint/core'
import { defaultPreprocessingParameters } from '@neurojoint/element-array-ephys/ephys'
import { configuration } from '../configuration.ts'
import { ephys, session } from '../pipeline.ts'

/** How this lab preprocesses and sorts. A new way gets a new index; the old results keep theirs. */
export async function ingestParameters(db: Database): Promise<void> {
  await insertParamSet(db, ephys.PreprocessingParamSet, {
    preprocessing_paramset_idx: 0,
    paramset_desc: 'band-pass 300 to 6000 Hz, phase shift, global median, peaks beyond 5 noise levels',
    params: defaultPreprocessingParameters,
  })
  await insertParamSet(db, ephys.ClusteringParamSet, {
    paramset_idx: 0,
    clustering_method: 'kilosort4',
    paramset_desc: 'Kilosort 4 with its default settings',
    params: {},
  })
}

/** A task for every recording whose sort lies in `<processed>/<session>/probe_<n>/kilosort4_0`; returns how many are new. */
export async function ingestSorts(db: Database): Promise<number> {
  const recordings = await db(ephys.EphysRecording).exclude(ephys.ClusteringTask).keys()
  const tasks = []
  for (const key of recordings) {
    const { session_dir } = await db(session.SessionDirectory).forKey(key).fetch1()
    const folder = `${session_dir}/probe_${key.insertion_number}/kilosort4_0`
    const sorted = await access(join(configuration.processedRoot, folder)).then(
      () => true,
      () => false,
    )
    if (sorted) tasks.push({ ...key, paramset_idx: 0, clustering_output_dir: folder, task_mode: 'load' as const })
  }
  return db(ephys.ClusteringTask).insert(tasks)
}
