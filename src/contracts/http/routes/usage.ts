import * as z from 'zod';
import { meterSchema, monthSchema } from '../../../domain/billing/index.ts';
import { defineRoute } from '../route.ts';

export const usageRoutes = {
  getUsage: defineRoute({
    method: 'GET',
    path: '/api/v1/usage',
    function: 'usage',
    summary: 'What the team used in a month; the current one where none is given',
    access: { resource: 'usage', action: 'read' },
    query: z.strictObject({ month: monthSchema.optional() }),
    success: {
      status: 200,
      description: 'One entry per meter',
      schema: z.strictObject({
        data: z.array(z.strictObject({ meter: meterSchema, quantity: z.number().min(0), unit: z.string() })),
      }),
    },
    errors: [],
  }),
};
