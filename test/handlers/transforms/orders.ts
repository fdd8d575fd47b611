/** One transform with a way to each of its endings, chosen by the field `do` of the record. */
export default (record: any, context: any): unknown => {
  const { do: what, ...order } = record;
  switch (what) {
    case undefined:
      return { ...order, tags: ['transformed'] };
    case 'drop':
      return null;
    case 'forget':
      return undefined;
    case 'explode':
      return [1, 2, 3].map((i) => ({ ...order, order_id: `${order.order_id}-${i}`, quantity: i }));
    case 'explode with a bad row':
      return [1, 2, 0].map((i) => ({ ...order, order_id: `${order.order_id}-${i}`, quantity: i }));
    case 'explode to nothing':
      return [];
    case 'explode with nulls':
      return [null, order, undefined];
    case 'throw':
      throw new Error('vendor unknown: 17');
    case 'throw text':
      throw 'just text';
    case 'reject':
      return Promise.reject(new TypeError('rejected later'));
    case 'hang':
      return new Promise(() => {});
    case 'wait':
      return new Promise((resolve) => setTimeout(() => resolve(order), 5));
    case 'text':
      return 'a row';
    case 'NaN':
      return { ...order, quantity: Number('x') };
    case 'invalid':
      return { ...order, quantity: 'many' };
    case 'circle': {
      order.self = order;
      return order;
    }
    case 'mutate':
      record.order_id = 'changed';
      delete record.quantity;
      throw new Error('after changing the record');
    case 'map':
      return { ...order, customer: new Map() };
    case 'half a character':
      return { ...order, order_id: '😀'.slice(0, 1) };
    case 'date':
      return { ...order, placed_at: new Date(Date.UTC(2026, 0, 2)) };
    case 'digits':
      return { ...order, kinds: { id: typeof order.id, price: typeof order.price, text: `${order.price}` } };
    case 'add to a bigint':
      return { ...order, quantity: order.id + 1 };
    case 'context':
      return { ...order, order_id: `${context.lane} ${context.position} ${context.arrivedAt}` };
    case 'look up': {
      return context.lookup('customers', order.customer.id).then((customer: any) => ({ ...order, customer }));
    }
    case 'look up nothing':
      return context.lookup('nowhere', 1);
    default:
      return order;
  }
};
