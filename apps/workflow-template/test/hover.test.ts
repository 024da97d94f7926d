import { join } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const path = join(root, 'src/pipeline.ts')

/** What an editor shows when the mouse rests on a name in a file. */
function hover(name: string): string {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (file) => ts.sys.readFile(file))
  const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  const service = ts.createLanguageService({
    getCompilationSettings: () => options,
    getScriptFileNames: () => fileNames,
    getScriptVersion: () => '1',
    getScriptSnapshot: (file) => {
      const text = ts.sys.readFile(file)
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text)
    },
    getCurrentDirectory: () => root,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: ts.sys.fileExists,
    readFile: ts.sys.readFile,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
  })
  const text = ts.sys.readFile(path) ?? ''
  const info = service.getQuickInfoAtPosition(path, text.indexOf(name) + 'export type '.length)
  return ts.displayPartsToString(info?.displayParts)
}

test('hovering over a row type shows flat attributes with their types', () => {
  expect(hover('export type Unit')).toBe(`type Unit = {
    subject: string;
    session_datetime: string;
    insertion_number: number;
    paramset_idx: number;
    unit: number;
    electrode_config_hash: string;
    probe_type: string;
    electrode: number;
    cluster_quality_label: string;
    spike_count: number;
    spike_times: unknown;
    spike_sites: unknown;
    spike_depths: unknown;
}`)
}, 60_000)
