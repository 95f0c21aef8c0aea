import { useTitle } from "../hooks";
import { Card } from "../parts/parts";
import { Sender } from "../parts/sender";

export function SendPage() {
  useTitle("Send");
  return (
    <>
      <div class="heading">
        <h1>Send a request</h1>
        <p class="quiet">On the way that every request takes: routes, static files, limits and counters included.</p>
      </div>
      <Card title="Request" wide>
        <Sender path="/" />
      </Card>
    </>
  );
}
