import { orderTotal, Total } from './order-total';
import type { PurchaseOrdersOutput } from './purchase-orders.types';
import type { RawOrdersInput, TransformContext } from './raw-orders.types';

interface Customer {
  readonly name: string;
  readonly tier?: string;
}

/** An order in the form its readers want, with the customer's name where there is a customer of that id. */
export default async function enrichOrder(
  order: RawOrdersInput,
  context: TransformContext,
): Promise<PurchaseOrdersOutput> {
  const customer = await context.lookup<Customer>('customers', order.customer_id);
  return {
    order_id: order.id,
    vendor: order.vendor,
    total: orderTotal(order.line_items, Total.SUM),
    timestamp: order.created_at,
    customer_name: customer?.name,
    customer_tier: customer?.tier,
  };
}
