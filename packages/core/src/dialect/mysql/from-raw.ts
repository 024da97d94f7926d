import type { Storage, StoredValue } from '../../attribute/storage.ts'
import type { RawValue } from '../../driver/driver.ts'
import { fromRaw as fromServer } from '../innodb/from-raw.ts'

/** What the driver handed over, in the canonical form of its storage kind. */
export const fromRaw = (raw: RawValue, storage: Storage): StoredValue =>
  storage.kind === 'json' && typeof raw === 'string' ? compactJson(raw) : fromServer(raw, storage)

/** The server writes JSON with a space after each comma and colon outside of texts. */
const compactJson = (text: string): string => text.replaceAll(/("(?:[^"\\]|\\.)*")|([,:]) /gs, '$1$2')
