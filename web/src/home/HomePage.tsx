// The first page: within five seconds somebody new knows what this is and where to go. The menus are
// the main thing; the other screens stand beside them, those that the person's role may open.

import { useState } from 'preact/hooks'
import type { Link } from '../core/link'
import { Select } from '../ui/Select'
import { Shell } from '../ui/Shell'
import { MenuList } from './MenuList'
import { StockClients } from './StockClients'
import { TablesDialog } from './TablesDialog'
import { text } from './texts'
import { WayCard } from './WayCard'
import { waysFor } from './ways'

/** The whole page. */
export function HomePage({ link }: { link: Link }) {
  const me = link.session.me.value
  const [areTablesOpen, setTablesOpen] = useState(location.hash === '#tables')
  return (
    <Shell
      link={link}
      title="Mirepoix"
      documentTitle="Mirepoix"
      class="home"
      actions={<RestaurantChoice link={link} />}
    >
      <div class="home-page">
        <header class="home-lead">
          <h2>{text('lead')}</h2>
          <p>{text('explain')}</p>
        </header>
        <div class="home-columns">
          <div class="home-main">
            <MenuList link={link} />
            {me?.isDeveloper && <StockClients />}
          </div>
          <nav class="home-ways" aria-label={text('waysIn')}>
            {waysFor(me).map((way) => (
              <WayCard key={way.id} way={way} onTables={() => setTablesOpen(true)} />
            ))}
          </nav>
        </div>
      </div>
      <TablesDialog link={link} open={areTablesOpen} onClose={() => setTablesOpen(false)} />
    </Shell>
  )
}

function RestaurantChoice({ link }: { link: Link }) {
  const restaurants = link.session.me.value?.restaurants ?? []
  const current = restaurants.find((one) => one.id === link.session.restaurant.value)
  if (restaurants.length < 2) return current ? <span class="home-restaurant">{current.name}</span> : null
  return (
    <Select
      label={text('restaurant')}
      value={link.session.restaurant.value}
      options={restaurants.map(({ id, name }) => ({ value: id, label: name }))}
      onValue={(id) => link.session.chooseRestaurant(id)}
    />
  )
}
