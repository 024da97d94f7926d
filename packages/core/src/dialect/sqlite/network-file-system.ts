import { execFile } from 'node:child_process'
import { readFile, realpath } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { promisify } from 'node:util'

/** One place in the tree of files, and what kind of file system is there. */
export interface Mount {
  readonly point: string
  readonly type: string
}

/** Kinds that other computers may write at the same time; `fuse.sshfs` and its like are known by what follows the dot. */
const network =
  /^(?:nfs\d?|cifs|smb\d?|smbfs|afp(?:fs)?|afs|webdav|davfs|ceph|lustre|gpfs|beegfs|glusterfs|panfs|orangefs|pvfs2|coda|ncpfs|ocfs2|gfs2?|acfs|vboxsf|vmhgfs|prl_fs|fuse\.(?:sshfs|glusterfs|ceph.*|s3fs|gcsfuse|rclone|goofys|mount-s3|juicefs|davfs2?|smbnetfs|curlftpfs|vmhgfs-fuse|seaweedfs|moosefs|mfs.*|lizardfs))$/i

export const isNetwork = (type: string): boolean => network.test(type)

/**
 * The kind of network file system that a path lies on; `null` where it lies on a disk of this computer, or where that cannot
 * be found out.
 */
export async function networkFileSystem(path: string): Promise<string | null> {
  const absolute = resolve(path)
  if (process.platform === 'win32') return /^(?:\\\\|\/\/)(?![?.][\\/])/.test(absolute) ? 'UNC path' : null
  const mounts = await readMounts()
  const type = mounts === null ? null : fileSystemOf(await existing(absolute), mounts)
  return type !== null && isNetwork(type) ? type : null
}

/** The kind of file system of an absolute path without links. */
export function fileSystemOf(path: string, mounts: readonly Mount[]): string | null {
  let found: Mount | null = null
  for (const mount of mounts) {
    const below = mount.point === '/' || path === mount.point || path.startsWith(`${mount.point}/`)
    // of those on the same point the last one covers the others
    if (below && mount.point.length >= (found?.point.length ?? 0)) found = mount
  }
  return found?.type ?? null
}

/** `/proc/self/mountinfo`: `36 35 98:0 /root /mnt/lab rw,noatime master:1 - nfs4 server:/lab rw` */
export function parseMountinfo(text: string): readonly Mount[] {
  return text.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ')
    const point = before.split(' ')[4]
    const type = after.split(' ')[0]
    return point === undefined || type === undefined || type === '' ? [] : [{ point: unescape(point), type }]
  })
}

/** The output of `mount` on macOS: `//user@server/lab on /Volumes/lab (smbfs, nodev, nosuid)` */
export function parseMountOutput(text: string): readonly Mount[] {
  return [...text.matchAll(/^.* on (.*) \(([^,)]+)[^)]*\)$/gm)].map(([, point = '', type = '']) => ({ point, type }))
}

async function readMounts(): Promise<readonly Mount[] | null> {
  try {
    if (process.platform === 'linux') return parseMountinfo(await readFile('/proc/self/mountinfo', 'utf8'))
    if (process.platform === 'darwin') return parseMountOutput((await promisify(execFile)('/sbin/mount')).stdout)
    return null
  } catch {
    return null
  }
}

/** The file may not be there yet: then its folder counts. */
const existing = async (path: string): Promise<string> =>
  realpath(path).catch(async () => realpath(dirname(path)).catch(() => path))

/** A space in a mount point is written `\040`. */
const unescape = (point: string): string =>
  point.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
