// The numbers at a glance. Those of the process for owners; for managers what can be told of their rooms.

import { duration } from '../core/dates'
import type { OpenConnectionList, OpenRoomList, OperationsAnswer } from '../core/protocol'
import { type Figures, latest, mean, worst } from './figures'
import { count, milliseconds, percent, rate, size } from './format'
import { type Level, LIMITS, LOOK_BACK_SECONDS, levelOf } from './health'
import { peopleOf } from './people'
import { sinceWords } from './since'
import { Tile } from './Tile'
import { opsText } from './texts'

const NOW_SECONDS = 10 // means over so long do not flicker

/** The tiles of the whole server. */
export function Tiles({ seen, figures }: { seen: OperationsAnswer; figures: Figures }) {
  const { process, connections, rooms, commands } = seen
  const p95 = latest(figures.p95, NOW_SECONDS)
  const lag = worst(figures.lag, LOOK_BACK_SECONDS) // as the sentence on top has it
  const lagLevel = levelOf(lag, LIMITS.lagMs)
  const ackLevel = levelOf(p95, LIMITS.p95Ms)
  const fullLevel = levelOf(connections.total / connections.limit, LIMITS.fullShare)
  return (
    <dl class="ops-tiles">
      <Saving seen={seen} />
      <Tile
        label={opsText('tileAcks')}
        value={milliseconds(p95)}
        level={ackLevel}
        word={p95 === null ? undefined : slow(ackLevel)}
        spark={figures.p95}
      >
        {p95 === null
          ? opsText('acksIdle')
          : opsText('acksDetail', {
              p50: milliseconds(latest(figures.p50, NOW_SECONDS)),
              p99: milliseconds(latest(figures.p99, NOW_SECONDS)),
            })}
      </Tile>
      <Tile
        label={opsText('tileThroughput')}
        value={perSecond(mean(figures.updates, NOW_SECONDS))}
        spark={figures.updates}
      >
        {opsText('throughputDetail', {
          commands: rate(mean(figures.commands, NOW_SECONDS)),
          deliveries: rate(mean(figures.deliveries, NOW_SECONDS)),
        })}
      </Tile>
      <Tile
        label={opsText('tileLoop')}
        value={milliseconds(lag)}
        level={lagLevel}
        word={lag === null ? undefined : slow(lagLevel)}
        spark={figures.lag}
      >
        {opsText('loopDetail', { cpu: percent(mean(figures.cpu, NOW_SECONDS)) })}
      </Tile>
      <Tile
        label={opsText('tileConnections')}
        value={count(connections.total)}
        level={fullLevel}
        word={fullLevel === 'good' ? undefined : full(fullLevel)}
      >
        {opsText.count('connectionsDetail', connections.people, {
          slow: connections.slow,
          old: connections.old,
        })}
      </Tile>
      <Tile label={opsText('tileRooms')} value={count(rooms.documents + rooms.events)}>
        {opsText('roomsDetail', { documents: rooms.documents, events: rooms.events })}
      </Tile>
      <Tile label={opsText('tileCommands')} value={count(Object.values(commands.results).reduce(add, 0))}>
        {opsText('commandsDetail', { duplicates: commands.duplicates, rejected: commands.results.rejected ?? 0 })}
      </Tile>
      <Tile label={opsText('tileMemory')} value={size(process.memory_bytes)} spark={figures.memory}>
        {opsText('memoryDetail', { uptime: duration(process.uptime_seconds * 1000) })}
      </Tile>
    </dl>
  )
}

/** The tiles of one restaurant. */
export function OwnTiles({
  rooms,
  connections,
}: {
  rooms: OpenRoomList | null
  connections: OpenConnectionList | null
}) {
  if (rooms === null || connections === null) return null
  const all = connections.connections
  const documents = rooms.rooms.filter((room) => room.is_document).length
  const edits = rooms.rooms.reduce((sum, room) => sum + room.per_second_10, 0)
  const unsynced = all.reduce((sum, one) => sum + (one.unsynced ?? 0), 0)
  return (
    <dl class="ops-tiles">
      <Tile label={opsText('tilePeople')} value={count(peopleOf(all).length)}>
        {opsText.count('devices', connections.total)}
      </Tile>
      <Tile label={opsText('tileRooms')} value={count(rooms.rooms.length)}>
        {opsText('roomsDetail', { documents, events: rooms.rooms.length - documents })}
      </Tile>
      <Tile label={opsText('tileThroughput')} value={perSecond(edits)} />
      <Tile label={opsText('tileUnsynced')} value={count(unsynced)}>
        {opsText('unsyncedDetail')}
      </Tile>
    </dl>
  )
}

function Saving({ seen: { store, at_ms } }: { seen: OperationsAnswer }) {
  const isPaused = store.state === 'paused'
  const waiting = store.waiting + store.waiting_commands
  const level = isPaused ? 'bad' : levelOf(waiting, LIMITS.waiting)
  const last =
    store.last_commit_at_ms === null
      ? opsText('neverCommitted')
      : opsText('lastCommit', { when: sinceWords(store.last_commit_at_ms, at_ms) })
  return (
    <Tile
      label={opsText('tileSaving')}
      value={isPaused ? opsText('stopped') : opsText('saving')}
      level={level}
      word={waiting === 0 ? opsText('nothingWaiting') : opsText.count('waitingNow', waiting)}
    >
      {last}
    </Tile>
  )
}

function perSecond(value: number | null): string {
  return opsText('perSecond', { n: rate(value) })
}

function slow(level: Level): string {
  return level === 'good' ? opsText('levelGood') : level === 'warn' ? opsText('levelWarn') : opsText('levelBad')
}

function full(level: Level): string {
  return level === 'warn' ? opsText('levelHigh') : opsText('levelTooHigh')
}

function add(sum: number, one: number): number {
  return sum + one
}
