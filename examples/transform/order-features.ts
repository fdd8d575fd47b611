import type { OrderFeaturesOutput } from './order-features.types';
import { lineCents } from './order-total';
import type { RawOrdersInput } from './raw-orders.types';

/** A row for each line of an order, with what the line is worth. */
export default function orderFeatures(order: RawOrdersInput): OrderFeaturesOutput[] {
  return order.line_items.map((line, i) => ({
    order_id: order.id,
    line: i + 1,
    sku: line.sku,
    quantity: line.quantity,
    unit_price: line.price,
    order_value: lineCents(line) / 100,
    ordered_at: order.created_at,
  }));
}
