// Six panels behind tabs; the chosen one stands in the address. Nothing is saved but by a button.

import { useState } from 'preact/hooks'
import type { Link } from '../core/link'
import { EmptyState } from '../ui/EmptyState'
import { Select } from '../ui/Select'
import { Shell } from '../ui/Shell'
import { type TabItem, Tabs } from '../ui/Tabs'
import { AccessPanel } from './AccessPanel'
import { RestaurantPanel } from './RestaurantPanel'
import { SecurityPanel } from './SecurityPanel'
import { StaffPanel } from './StaffPanel'
import { StationsPanel } from './StationsPanel'
import { settingsApi } from './settings-api'
import { TablesPanel } from './TablesPanel'
import { text } from './texts'

type Tab = 'restaurant' | 'tables' | 'stations' | 'staff' | 'access' | 'security'
const TABS: readonly Tab[] = ['restaurant', 'tables', 'stations', 'staff', 'access', 'security']

/** The whole page. */
export function SettingsPage({ link }: { link: Link }) {
  const me = link.session.me.value
  const isManager = me?.isDeveloper === true || me?.roles.some((role) => role === 'owner' || role === 'manager')
  return (
    <Shell link={link} title={text('title')} class="settings" actions={<RestaurantChoice link={link} />}>
      {isManager ? <Panels link={link} /> : <NotForYou link={link} />}
    </Shell>
  )
}

function Panels({ link }: { link: Link }) {
  const [tab, setTab] = useState<Tab>(tabOfAddress)
  const choose = (chosen: Tab) => {
    setTab(chosen)
    const address = new URL(location.href)
    address.searchParams.set('tab', chosen)
    history.replaceState(null, '', address)
  }
  const restaurant = link.session.restaurant.value
  return (
    <div class="settings-page">
      <Tabs label={text('title')} value={tab} tabs={tabItems()} onChange={choose} vertical>
        {/* Another restaurant is another form. */}
        <Panel key={`${restaurant} ${tab}`} tab={tab} link={link} restaurant={restaurant} />
      </Tabs>
    </div>
  )
}

function Panel({ tab, link, restaurant }: { tab: Tab; link: Link; restaurant: string }) {
  const api = settingsApi(link.session, restaurant)
  switch (tab) {
    case 'restaurant':
      return <RestaurantPanel api={api} />
    case 'tables':
      return <TablesPanel api={api} />
    case 'stations':
      return <StationsPanel api={api} />
    case 'staff':
      return <StaffPanel api={api} />
    case 'access':
      return <AccessPanel api={api} />
    case 'security':
      return <SecurityPanel secureUrl={link.session.me.value?.secureUrl ?? null} />
  }
}

function NotForYou({ link }: { link: Link }) {
  const { me, restaurant } = link.session
  const name = me.value?.restaurants.find((one) => one.id === restaurant.value)?.name ?? restaurant.value
  const action = (
    <a class="button button-plain" href="/">
      {text('backHome')}
    </a>
  )
  return (
    <EmptyState icon="lock" title={text('onlyManagers')} action={action}>
      {text('onlyManagersHelp', { name })}
    </EmptyState>
  )
}

function RestaurantChoice({ link }: { link: Link }) {
  const restaurants = link.session.me.value?.restaurants ?? []
  if (restaurants.length < 2) return null
  return (
    <Select
      label={text('restaurantChoice')}
      value={link.session.restaurant.value}
      options={restaurants.map(({ id, name }) => ({ value: id, label: name }))}
      onValue={(id) => link.session.chooseRestaurant(id)}
    />
  )
}

function tabOfAddress(): Tab {
  const asked = new URLSearchParams(location.search).get('tab')
  return TABS.find((tab) => tab === asked) ?? 'restaurant'
}

function tabItems(): TabItem<Tab>[] {
  return [
    { value: 'restaurant', label: text('tabRestaurant'), icon: 'home' },
    { value: 'tables', label: text('tabTables'), icon: 'table' },
    { value: 'stations', label: text('tabStations'), icon: 'pan' },
    { value: 'staff', label: text('tabStaff'), icon: 'people' },
    { value: 'access', label: text('tabAccess'), icon: 'key' },
    { value: 'security', label: text('tabSecurity'), icon: 'shield' },
  ]
}
