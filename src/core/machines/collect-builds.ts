import type { Host } from '../ports.ts'

/** A build of Berth, or a runtime, that nothing on its machine needs any more. */
export interface OldBuild {
  kind: 'build' | 'runtime'
  /** Absolute path there. */
  path: string
  bytes: number
}

/**
 * Finds the builds below a home that other machines have sent there and, unless `dryRun`, removes them. The one in use by
 * name and the one before it stay, and so does whatever a process still runs. Rejects where the machine cannot be asked.
 */
export async function collectBuilds(
  host: Pick<Host, 'run'>,
  home: string,
  { dryRun }: { dryRun: boolean },
): Promise<OldBuild[]> {
  const { stdout } = await host.run(['/bin/sh', '-c', script, 'berth', home, dryRun ? 'dry' : 'remove'])
  return stdout.split('\n').flatMap((line) => {
    const [, kind, size, path] = /^(build|runtime) (\d+) (.+)$/.exec(line) ?? []
    return path === undefined ? [] : { kind: kind as OldBuild['kind'], bytes: Number(size) * 1024, path }
  })
}

/**
 * A process is told by its command line: a berthd is `…/runtimes/<digest>/node … …/versions/<version>/dist/berthd.js`. What is
 * being placed just now (`.part.`) is left alone for a day.
 */
const script = `
cd "$1/versions" 2>/dev/null || exit 0
gone() {
  printf '%s %s %s\\n' "$1" "$(du -sk "$2" | cut -f 1)" "$PWD/$2"
  [ "$mode" = dry ] || rm -rf "./$2"
}
mode=$2
running=$(ps -A -o args 2>/dev/null || ps axww -o args)
current=$(sed -n 's|.*/versions/\\([^/"]*\\)/bin/berth.*|\\1|p' ../bin/berth 2>/dev/null)
before=
dropped=
for version in $(ls -t); do
  case $version in *.part.*) [ -z "$(find "$version" -prune -mtime +0)" ] || gone build "$version"; continue ;; esac
  [ "$version" != "$current" ] || continue
  [ -n "$before" ] || { before=$version; continue; }
  case $running in *"/versions/$version/"*) continue ;; esac
  gone build "$version"
  dropped="$dropped $version "
done
needed=
for version in $(ls); do
  case $dropped in *" $version "*) continue ;; esac
  needed="$needed $(readlink "$version/runtime")"
done
cd ../runtimes 2>/dev/null || exit 0
for runtime in $(ls); do
  case $runtime in *.part.*) [ -z "$(find "$runtime" -prune -mtime +0)" ] || gone runtime "$runtime"; continue ;; esac
  case $needed$running in *"/runtimes/$runtime"*) continue ;; esac
  [ -z "$(find "$runtime" -prune -mmin -60)" ] || continue
  gone runtime "$runtime"
done
exit 0`
