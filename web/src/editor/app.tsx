// The screen around one menu: the frame, what is opened, and what is said when it cannot be.

import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Link } from '../core/link'
import { Button } from '../ui/Button'
import { EmptyState } from '../ui/EmptyState'
import { Presence } from '../ui/Presence'
import { Shell } from '../ui/Shell'
import { toast } from '../ui/Toast'
import { shortcuts } from './bar/shortcuts'
import { BoardSkeleton } from './board/board'
import { scrollToField } from './people/following'
import { Screen } from './screen'
import { type Editor, EditorProvider, openEditor } from './state'
import { t } from './texts'

/** The page. */
export function App({ link, menuId }: { link: Link; menuId: string }) {
  const editor = useOpenMenu(link, menuId)
  if (editor === null) {
    return (
      <Shell link={link} title={t('menu')} class="editor">
        <BoardSkeleton />
      </Shell>
    )
  }
  return (
    <EditorProvider value={editor}>
      <Frame editor={editor} />
    </EditorProvider>
  )
}

function Frame({ editor }: { editor: Editor }) {
  const title = editor.title.value || editor.menuId
  return (
    <Shell
      link={editor.link}
      title={title}
      class="editor"
      shortcuts={shortcuts()}
      presence={<People editor={editor} />}
    >
      <Opened editor={editor} />
    </Shell>
  )
}

function People({ editor }: { editor: Editor }) {
  const everybody = editor.everybody.value
  return (
    <Presence
      people={everybody}
      onPick={(person) => {
        if (person.isMe) return
        if (person.field === null || !scrollToField(person.field)) {
          toast({ text: t('is_nowhere', { name: person.name }) })
        }
        toast({
          text: t('follow_offer', { name: person.name }),
          action: { label: t('follow'), run: () => editor.following.toggle(person) },
          seconds: 6,
        })
      }}
    />
  )
}

/** What the state of the document allows to show. */
function Opened({ editor }: { editor: Editor }) {
  const { live, model } = editor
  const state = live.state.value
  if (state === 'deleted') return <Gone title={t('deleted_title')}>{t('deleted_hint')}</Gone>
  if (state === 'refused') {
    return <Gone title={t('refused_title')}>{live.refusal.value ?? t('refused_hint')}</Gone>
  }
  if (!model.isReady.value) {
    return state === 'offline' ? <Gone title={t('not_here_title')}>{t('not_here_hint')}</Gone> : <BoardSkeleton />
  }
  return <Screen />
}

function Gone({ title, children }: { title: string; children: string }) {
  return (
    <EmptyState
      icon="book"
      title={title}
      action={
        <Button icon="home" onClick={() => location.assign('/')}>
          {t('go_home')}
        </Button>
      }
    >
      {children}
    </EmptyState>
  )
}

/** The open menu; opened anew when the server has another history of it now. */
function useOpenMenu(link: Link, menuId: string): Editor | null {
  const opened = useSignal<Editor | null>(null)
  useEffect(() => {
    let isOver = false
    const open = async (): Promise<void> => {
      const editor = await openEditor(link, menuId)
      if (isOver) return editor.close()
      opened.value = editor
      const stop = editor.live.state.subscribe((state) => {
        if (state !== 'replaced') return
        queueMicrotask(() => stop())
        opened.value = null
        toast({ text: t('replaced'), kind: 'info', seconds: 8 })
        void editor.close().then(open)
      })
    }
    void open()
    return () => {
      isOver = true
      void opened.peek()?.close()
    }
  }, [link, menuId])
  return opened.value
}
