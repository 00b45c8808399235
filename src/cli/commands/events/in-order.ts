/** Events of several machines as one list, by their times; those of one machine stay in its order, whatever its clock does. */
export function inOrder<E extends { time: string }>(lists: readonly (readonly E[])[]): E[] {
  const rest = lists.map((list) => list.toReversed())
  const all: E[] = []
  for (;;) {
    const heads = rest.filter((list) => list.length > 0)
    if (heads.length === 0) return all
    const next = heads.reduce((first, list) => (timeOf(list) < timeOf(first) ? list : first))
    all.push(next.pop() as E)
  }
}

const timeOf = (list: readonly { time: string }[]) => list.at(-1)?.time ?? ''
