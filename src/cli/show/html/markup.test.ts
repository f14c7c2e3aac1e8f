import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { html, markupOf, name, trusted } from './markup.ts';

test('values are escaped, in text and in attributes', () => {
  const hostile = '"><script>1</script>';
  assert.equal(
    markupOf(html`<p title="${hostile}">${hostile}</p>`),
    '<p title="&quot;&gt;&lt;script&gt;1&lt;/script&gt;">&quot;&gt;&lt;script&gt;1&lt;/script&gt;</p>',
  );
});

test('markup made here passes, in lists too, and nothing is written for null and false', () => {
  const items = ['a', '<'].map((text) => html`<li>${text}</li>`);
  assert.equal(
    markupOf(html`<ul>${items}${null}${false}${0}</ul>`),
    '<ul><li>a</li><li>&lt;</li>0</ul>',
  );
});

test('an object from outside cannot pretend to be markup', () => {
  const forged = JSON.parse('{"markup":"<b>","Symbol(markup)":"<b>"}');
  assert.throws(() => html`${forged}`);
});

test('a long text is cut, trusted markup is not', () => {
  assert.ok(markupOf(html`${'x'.repeat(10_000)}`).length < 2_100);
  assert.equal(markupOf(html`${trusted('x'.repeat(10_000))}`).length, 10_000);
});

test('a name is isolated from the direction of its neighbours', () => {
  assert.equal(markupOf(name('אב')), '<bdi class="name">אב</bdi>');
});

test('property: no text adds or removes a tag', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const shown = markupOf(html`<i data-a="${text}">${text}</i>`);
      assert.deepEqual(shown.match(/<|>/g), ['<', '>', '<', '>']);
      assert.equal(shown.match(/"/g)!.length, 2);
    }),
  );
});
