// Original file: proto/vedette/v1/control.proto


export interface AutomationRequestInput {
  'action'?: (string);
  'reason'?: (string);
}

export interface AutomationRequest {
  'action': (string);
  'reason': (string);
}
