import { Token } from 'aws-cdk-lib';

/**
 * Refuses a namespace CloudWatch does not take, and a product name that is no value of a dimension, or too long for
 * the descriptions it is part of.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Dimension.html
 * @throws Error naming the property, what it may be, what was given and the remedy
 */
export function requireMetricNames(productName: string, metricNamespace: string): void {
  if (!Token.isUnresolved(productName) && !/^(?!:)[\x20-\x7e]{1,255}$/.test(productName)) {
    throw new Error(
      'productName must be 1 to 255 printable ASCII characters, the first not a colon. ' +
        `Received "${productName}". It is the dimension of the metrics: choose a short name.`,
    );
  }
  if (!Token.isUnresolved(metricNamespace) && !/^[^:][A-Za-z0-9._/#:-]{0,254}$/.test(metricNamespace)) {
    throw new Error(
      'metricNamespace must be 1 to 255 letters, digits or . - _ / # :, the first not a colon. ' +
        `Received "${metricNamespace}". Leave it out for "Lakehouse".`,
    );
  }
}
