import { html } from '../../../lib/local/report/markup';

describe('markup', () => {
  it('escapes every value, in text and attributes', () => {
    const hostile = `<script>alert("1")</script>' onload='x' & \u0000`;
    expect(html`<p title="${hostile}">${hostile}</p>`.text).toBe(
      '<p title="&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39; onload=&#39;x&#39; &amp; \u2400">' +
        '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39; onload=&#39;x&#39; &amp; \u2400</p>',
    );
  });

  it('keeps markup, joins lists and leaves nothing for undefined and false', () => {
    const items = ['<a>', 'b'].map((item) => html`<li>${item}</li>`);
    expect(html`${items}${undefined}${false}${0}`.text).toBe('<li>&lt;a&gt;</li><li>b</li>0');
  });
});
