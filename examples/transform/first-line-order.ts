import { orderTotal, Total } from './order-total';
import type { PurchaseOrdersOutput } from './purchase-orders.types';
import type { RawOrdersInput } from './raw-orders.types';

/** An order with the total some readers are used to: the price of its first line. */
export default function firstLineOrder(order: RawOrdersInput): PurchaseOrdersOutput {
  return {
    order_id: order.id,
    vendor: order.vendor,
    total: orderTotal(order.line_items, Total.FIRST_LINE),
    timestamp: order.created_at,
  };
}
