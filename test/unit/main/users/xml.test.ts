import { expect, test } from 'vitest'
import { childOf, readXml, type XmlElement } from '../../../../main/users/xml.ts'

const plain = (element: XmlElement | undefined): unknown =>
  element && {
    name: element.name,
    ...Object.fromEntries(element.attributes),
    text: element.text,
    children: element.children.map(plain),
  }

test('elements, attributes, text, comments and CDATA', () => {
  const text = `\ufeff<?xml version="1.0"?><!-- <no> -->
    <a:root k='1' n:l="&lt;&#65;&#x42;&amp;&quot;&apos;"><b/>t&gt;<![CDATA[<x>&]]><!-- c --></a:root >`
  expect(plain(readXml(text))).toEqual({
    name: 'root',
    k: '1',
    l: `<AB&"'`,
    text: 't><x>&',
    children: [{ name: 'b', text: '', children: [] }],
  })
})

test.each([
  ['a document type that defines entities', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
  ['an entity that is none of XML', '<a>&b;</a>'],
  ['an entity without end', '<a>&lt</a>'],
  ['a number that is no character', '<a>&#x110000;</a>'],
  ['tags that do not match', '<a><b></a></b>'],
  ['an element without end', '<a><b/>'],
  ['an attribute without quotes', '<a b=c/>'],
  ['a comment without end', '<a><!-- </a>'],
  ['text outside of the root', 'x<a/>'],
  ['nothing', ''],
  ['ten thousand elements in each other', '<a>'.repeat(10_000)],
])('%s is refused', (_what, text) => {
  expect(readXml(text)).toBeUndefined()
})

test('a document type that only has a name is passed over', () => {
  expect(readXml('<!DOCTYPE plist PUBLIC "-//Apple//DTD" "http://a/b.dtd"><plist/>')?.name).toBe(
    'plist',
  )
})

test('a long text takes time in proportion to its length', () => {
  const text = `<a>${'<b c="d">e</b>'.repeat(100_000)}</a>`
  const root = readXml(text)
  expect(root?.children).toHaveLength(100_000)
  expect(childOf(root, 'b')?.text).toBe('e')
})
